# slotted demo: writes OUT, a header with what COMPILER (a list: the program and its flags) says of SOURCE, a file that
# must not compile; with -DCONTROL it must.
# SPDX-License-Identifier: MIT
set(ENV{LC_ALL} C)
set(answer "")
execute_process(COMMAND ${COMPILER} -DCONTROL ${SOURCE} RESULT_VARIABLE control OUTPUT_QUIET ERROR_QUIET)
if(control EQUAL 0)
  execute_process(COMMAND ${COMPILER} ${SOURCE} RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE output)
  if(result EQUAL 0)
    message(FATAL_ERROR "${SOURCE} compiled, and must not")
  endif()
  if(output MATCHES "([^/\n:]*:[0-9]+:[0-9]+: error: [^\n]*)")
    set(answer "${CMAKE_MATCH_1}")
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [==[
#pragma once
// Made by the build: the first error of new_attribute.cpp, or nothing where this compiler was not asked.
inline constexpr const char* compiler_says = R"answer(@answer@)answer";
]==])
