# Compiles SOURCE with COMPILER at -O2 and counts what each function in it reads from memory. Of a row of which one
# member is read, three words are: where the directory is, where the column is, and the value; be the row 4 or 64 wide.
cmake_minimum_required(VERSION 3.25)

execute_process(
  COMMAND ${COMPILER} -std=c++20 -O2 -DNDEBUG -S -o - "-I${INCLUDE}" ${SOURCE}
  RESULT_VARIABLE status OUTPUT_VARIABLE assembly ERROR_VARIABLE complaint)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} does not compile:\n${complaint}")
endif()
string(REPLACE ";" "," assembly "${assembly}")
string(REPLACE "[" "<" assembly "${assembly}")  # lists would be split and joined at these
string(REPLACE "]" ">" assembly "${assembly}")
string(REPLACE "\n" ";" lines "${assembly}")

# Operands in memory, by function; leal, leaq and nop read none.
set(function "")
set(functions "")
foreach(line IN LISTS lines)
  if(line MATCHES "^(member_of|value_of|whole)(_[a-z]+):")
    set(function "${CMAKE_MATCH_1}${CMAKE_MATCH_2}")
    list(APPEND functions ${function})
    set(${function} 0)
    set(${function}_text "")
  elseif(NOT function STREQUAL "")
    string(APPEND ${function}_text "${line}\n")
    if(line MATCHES "^[ \t]+ret")
      set(function "")
    elseif(line MATCHES "^[ \t]+(call|jmp)")
      message(FATAL_ERROR "${function} calls another function:\n${${function}_text}")
    elseif(line MATCHES "^[ \t]+[a-z0-9]+[ \t].*\\(%" AND NOT line MATCHES "^[ \t]+(lea|nop)")
      math(EXPR ${function} "${${function}} + 1")
    endif()
  endif()
endforeach()

foreach(function IN ITEMS member_of_narrow member_of_wide member_of_record member_of_packed value_of_wide)
  if(NOT function IN_LIST functions)
    message(FATAL_ERROR "there is no ${function} in the assembly")
  elseif(NOT ${function} EQUAL 3)
    message(FATAL_ERROR "${function} has ${${function}} operands in memory, not 3:\n${${function}_text}")
  endif()
endforeach()
# The count counts: a whole row of four fields is the directory, four columns, four values, and is stored.
if(NOT whole_narrow GREATER 9)
  message(FATAL_ERROR "whole_narrow has ${whole_narrow} operands in memory only:\n${whole_narrow_text}")
endif()
foreach(function IN LISTS functions)
  message(STATUS "${function}: ${${function}} operands in memory")
endforeach()
