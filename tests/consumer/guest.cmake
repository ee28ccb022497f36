# before_the_guest() ... after_the_guest() stand around the lines that take slotted into a project: nothing of ours is
# built, tested, installed or fetched there, and nothing that the project set is another afterwards.

set(guest_settings
  BUILD_TESTING BUILD_SHARED_LIBS CMAKE_BUILD_TYPE CMAKE_CXX_COMPILER_LAUNCHER CMAKE_CXX_EXTENSIONS CMAKE_CXX_FLAGS
  CMAKE_CXX_STANDARD CMAKE_CXX_STANDARD_REQUIRED CMAKE_EXPORT_COMPILE_COMMANDS CMAKE_INTERPROCEDURAL_OPTIMIZATION
  CMAKE_MODULE_PATH CMAKE_POSITION_INDEPENDENT_CODE CMAKE_PREFIX_PATH CMAKE_RUNTIME_OUTPUT_DIRECTORY)
set(guest_properties
  COMPILE_DEFINITIONS COMPILE_OPTIONS INCLUDE_DIRECTORIES LINK_DIRECTORIES LINK_LIBRARIES LINK_OPTIONS TESTS)

function(guest_state result)
  set(state "")
  foreach(name IN LISTS guest_settings)
    string(APPEND state "${name}=${${name}}\n")
  endforeach()
  foreach(name IN LISTS guest_properties)
    get_directory_property(value ${name})
    string(APPEND state "${name}=${value}\n")
  endforeach()
  set(${result} "${state}" PARENT_SCOPE)
endfunction()

macro(before_the_guest)
  guest_state(guest_state_before)
  get_directory_property(guest_cache_before CACHE_VARIABLES)
endmacro()

function(after_the_guest)
  guest_state(state)
  if(NOT state STREQUAL guest_state_before)
    message(FATAL_ERROR "slotted changed a setting of the project: before\n${guest_state_before}\nafter\n${state}")
  endif()

  get_directory_property(cache CACHE_VARIABLES)
  list(REMOVE_ITEM cache ${guest_cache_before})
  list(FILTER cache EXCLUDE REGEX "^(SLOTTED_|slotted_|FETCHCONTENT_|GIT_EXECUTABLE$)")
  if(cache)
    message(FATAL_ERROR "slotted left cache variables that do not bear its name: ${cache}")
  endif()

  foreach(name IN ITEMS TESTS BENCHMARKS EXAMPLES)
    if(NOT DEFINED SLOTTED_BUILD_${name} OR SLOTTED_BUILD_${name})
      message(FATAL_ERROR "SLOTTED_BUILD_${name} is not OFF in a project that takes slotted")
    endif()
  endforeach()

  get_target_property(source_dir slotted SOURCE_DIR)
  get_property(targets DIRECTORY ${source_dir} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(folders DIRECTORY ${source_dir} PROPERTY SUBDIRECTORIES)
  get_property(tests DIRECTORY ${source_dir} PROPERTY TESTS)
  if(NOT targets STREQUAL "slotted" OR folders OR tests)
    message(FATAL_ERROR "slotted brought more than its target: targets ${targets}, folders ${folders}, tests ${tests}")
  endif()
  if(Catch2_FOUND OR TARGET Catch2::Catch2 OR TARGET benchmark::benchmark)
    message(FATAL_ERROR "slotted looked for a library of its tests or benchmarks")
  endif()
endfunction()
