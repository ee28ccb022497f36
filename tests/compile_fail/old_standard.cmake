# Compiles each of HEADERS alone with COMPILER and -std=c++17: it must fail with one #error, which names the flag, and
# with the one line that ends the compilation there.
cmake_minimum_required(VERSION 3.25)

set(ENV{LC_ALL} C)
foreach(header IN LISTS HEADERS)
  file(WRITE ${WORK_FOLDER}/old_standard.cpp "#include \"${header}\"\n")
  execute_process(
    COMMAND ${COMPILER} -std=c++17 -fsyntax-only -I${INCLUDE} ${WORK_FOLDER}/old_standard.cpp
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(status EQUAL 0)
    message(FATAL_ERROR "${header} compiles as C++17")
  endif()
  string(REGEX MATCHALL "error: " errors "${output}")
  list(LENGTH errors errors)
  if(NOT errors EQUAL 2 OR NOT output MATCHES "error: (#error )?slotted needs C\\+\\+20: compile with -std=c\\+\\+20 "
      OR NOT output MATCHES "fatal error: '?-std=c\\+\\+20'?")
    message(FATAL_ERROR "${header} says more, or something else, than that it needs -std=c++20:\n${output}")
  endif()
endforeach()
