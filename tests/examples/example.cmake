# Runs PROGRAM, which must end with status 0 and print what matches OUTPUT.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said ECHO_OUTPUT_VARIABLE
  ECHO_ERROR_VARIABLE)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${status}")
elseif(NOT said MATCHES "${OUTPUT}")
  message(FATAL_ERROR "${PROGRAM} does not print /${OUTPUT}/")
endif()
