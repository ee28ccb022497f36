# cmake -D WAY=... -P run.cmake: takes slotted into a project in one way, from nothing, and judges what came of it.
#   SLOTTED_FOLDER  this repository      WORK_FOLDER     emptied first
#   SLOTTED_VERSION as the project has it                GENERATOR, COMPILER  those of this build
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${WORK_FOLDER})
file(MAKE_DIRECTORY ${WORK_FOLDER})
set(consumer ${CMAKE_CURRENT_LIST_DIR})
set(build ${WORK_FOLDER}/build)
set(prefix ${WORK_FOLDER}/prefix)
set(tools -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_BUILD_TYPE=Debug)

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Fails unless the configuration fails and says each of the texts.
function(must_refuse options)
  execute_process(COMMAND ${CMAKE_COMMAND} ${tools} ${options}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(status EQUAL 0)
    message(FATAL_ERROR "this should have failed: cmake ${options}\n${output}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " output "${output}")  # messages are wrapped
  foreach(text IN LISTS ARGN)
    string(FIND "${output}" "${text}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "the failure does not say `${text}`:\n${output}")
    endif()
  endforeach()
endfunction()

function(must_be_the_app program)
  execute_process(COMMAND ${program} OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
  if(NOT said MATCHES "app with slotted ${SLOTTED_VERSION}\n")
    message(FATAL_ERROR "${program} says: ${said}")
  endif()
endfunction()

function(files_below folder result)
  file(GLOB_RECURSE files LIST_DIRECTORIES false RELATIVE ${folder} ${folder}/*)
  list(SORT files)
  set(${result} "${files}" PARENT_SCOPE)
endfunction()

# Configures, builds, runs and installs the app; ARGN goes to the configuration.
function(take_from_source folder)
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${consumer})
  run(${CMAKE_COMMAND} -S ${folder} -B ${build} ${tools} ${ARGN})
  run(${CMAKE_COMMAND} --build ${build})
  must_be_the_app(${build}/app)
  run(${CMAKE_COMMAND} --install ${build} --prefix ${prefix})
  files_below(${prefix} installed)
  if(NOT installed STREQUAL "bin/app")
    message(FATAL_ERROR "the app installs files that are not its own: ${installed}")
  endif()
  file(GLOB fetched RELATIVE ${build}/_deps ${build}/_deps/*)
  list(FILTER fetched EXCLUDE REGEX "^slotted-(src|build|subbuild)$")
  if(fetched)
    message(FATAL_ERROR "the app fetched what is not slotted: ${fetched}")
  endif()
endfunction()

function(install_slotted)
  run(${CMAKE_COMMAND} -S ${SLOTTED_FOLDER} -B ${WORK_FOLDER}/slotted ${tools}
    -D SLOTTED_BUILD_TESTS=OFF -D SLOTTED_BUILD_BENCHMARKS=OFF -D SLOTTED_BUILD_EXAMPLES=OFF)
  run(${CMAKE_COMMAND} --install ${WORK_FOLDER}/slotted --prefix ${WORK_FOLDER}/elsewhere)
  file(RENAME ${WORK_FOLDER}/elsewhere ${prefix})  # an installed package may be moved
endfunction()

if(WAY STREQUAL "add_subdirectory")
  take_from_source(add_subdirectory -D SLOTTED_FOLDER=${SLOTTED_FOLDER})

elseif(WAY STREQUAL "fetch_content")
  take_from_source(fetch_content -D FETCHCONTENT_SOURCE_DIR_SLOTTED=${SLOTTED_FOLDER})

elseif(WAY STREQUAL "readme_from_git")
  # The README's own lines in a project that has nothing else, against a clone of this repository. Its branch main is
  # what is checked out here.
  file(READ ${SLOTTED_FOLDER}/README.md readme)
  string(FIND "${readme}" "```cmake\ninclude(FetchContent)\n" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "README.md has no block of CMake that begins with include(FetchContent)")
  endif()
  math(EXPR begin "${begin} + 9")
  string(SUBSTRING "${readme}" ${begin} -1 lines)
  string(FIND "${lines}" "```" end)
  string(SUBSTRING "${lines}" 0 ${end} lines)
  file(WRITE ${WORK_FOLDER}/readme/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)
project(app VERSION 1.0 LANGUAGES CXX)
add_executable(app ${consumer}/main.cpp)
install(TARGETS app)
${lines}")
  set(repository ${WORK_FOLDER}/repository)
  # Whoever owns this repository, and whatever else git was told.
  file(WRITE ${WORK_FOLDER}/gitconfig "[safe]\n\tdirectory = *\n")
  set(ENV{GIT_CONFIG_GLOBAL} ${WORK_FOLDER}/gitconfig)
  run(git clone --quiet file://${SLOTTED_FOLDER} ${repository})
  run(git -C ${repository} checkout --quiet -B main)
  take_from_source(${WORK_FOLDER}/readme -D SLOTTED_REPOSITORY=file://${repository})

elseif(WAY STREQUAL "find_package")
  install_slotted()
  files_below(${SLOTTED_FOLDER}/include headers)
  list(FILTER headers EXCLUDE REGEX "README\\.md$")  # documents stay with the source
  files_below(${prefix}/include installed_headers)
  if(NOT headers STREQUAL installed_headers)
    message(FATAL_ERROR "installed are ${installed_headers}\nand not ${headers}")
  endif()
  files_below(${prefix} rest)
  list(FILTER rest EXCLUDE REGEX "^include/slotted/")
  if(NOT rest STREQUAL "share/cmake/slotted/slotted-config-version.cmake;share/cmake/slotted/slotted-config.cmake")
    message(FATAL_ERROR "installed beside the headers are: ${rest}")
  endif()
  run(${CMAKE_COMMAND} -S ${consumer}/find_package -B ${build} ${tools} -D CMAKE_PREFIX_PATH=${prefix})
  run(${CMAKE_COMMAND} --build ${build})
  must_be_the_app(${build}/app)

elseif(WAY STREQUAL "refused_version")
  install_slotted()
  # While the version is 0.x, another minor version is another interface.
  foreach(version IN ITEMS 99 1.0 0.0 0.2)
    must_refuse("-S;${consumer}/find_package;-B;${WORK_FOLDER}/${version};-DCMAKE_PREFIX_PATH=${prefix};-DREFUSED_VERSION=${version}"
      "requested version \"${version}\"" "slotted-config.cmake, version: ${SLOTTED_VERSION}")
  endforeach()

elseif(WAY STREQUAL "unreadable_version")
  file(COPY ${SLOTTED_FOLDER}/CMakeLists.txt ${SLOTTED_FOLDER}/include DESTINATION ${WORK_FOLDER}/broken)
  file(READ ${SLOTTED_FOLDER}/include/slotted/version.hpp text)
  string(REPLACE "version_minor = " "version_minor{} + " text "${text}")
  file(WRITE ${WORK_FOLDER}/broken/include/slotted/version.hpp "${text}")
  must_refuse("-S;${WORK_FOLDER}/broken;-B;${build}" "include/slotted/version.hpp does not state version_minor")

else()
  message(FATAL_ERROR "no such way: ${WAY}")
endif()
