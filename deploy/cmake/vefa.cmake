# The few build words of this project: vefa_library, vefa_binary, vefa_test, vefa_embed_sql, vefa_embed_file.

set(VEFA_WARNINGS -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror=return-type
                  -Werror=unused-result)

# vefa_library(NAME SOURCES ... LIBS ...): a static library `vefa_NAME`; LIBS are ours (short names) or targets.
function(vefa_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_library(vefa_${name} STATIC ${arg_SOURCES})
  target_include_directories(vefa_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(vefa_${name} PRIVATE ${VEFA_WARNINGS})
  _vefa_link(vefa_${name} PUBLIC ${arg_LIBS})
endfunction()

# vefa_binary(NAME SOURCES ... LIBS ...): an executable in build/bin.
function(vefa_binary name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${VEFA_WARNINGS})
  _vefa_link(${name} PRIVATE ${arg_LIBS})
  _vefa_threads(${name})
endfunction()

# vefa_test(NAME LABEL unit|engine SOURCES ... LIBS ...): a GoogleTest program, run by ctest under its label.
# Engine tests use real PostgreSQL, Redis and Kafka, whose addresses `./vefa test` exports.
function(vefa_test name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${VEFA_WARNINGS})
  _vefa_link(${name} PRIVATE ${arg_LIBS} GTest::gmock GTest::gtest)
  _vefa_threads(${name})
  if(arg_LABEL STREQUAL "engine")
    _vefa_link(${name} PRIVATE testing)
  else()
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set(seconds 300)
  if(VEFA_SANITIZE)
    set(seconds 1200)  # Sanitizers make a test five to fifteen times as slow.
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${seconds})
  # `tests-unit` and `tests-engine` build what one label runs.
  if(NOT TARGET tests-${arg_LABEL})
    add_custom_target(tests-${arg_LABEL})
  endif()
  add_dependencies(tests-${arg_LABEL} ${name})
endfunction()

# vefa_embed_sql(TARGET FOLDER SYMBOL): compiles FOLDER/*.sql into TARGET as
# `std::vector<vefa::postgres::Migration> SYMBOL()`, in the order of their names.
function(vefa_embed_sql target folder symbol)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.sql)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cc)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DSYMBOL=${symbol} "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/deploy/cmake/embed_sql.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/deploy/cmake/embed_sql.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

# vefa_embed_file(TARGET FILE SYMBOL): compiles a text file into TARGET as `std::string_view SYMBOL()`.
function(vefa_embed_file target file symbol)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cc)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DSYMBOL=${symbol} -DFILE=${file} -P ${CMAKE_SOURCE_DIR}/deploy/cmake/embed_file.cmake
    DEPENDS ${file} ${CMAKE_SOURCE_DIR}/deploy/cmake/embed_file.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

# What a program needs in which mistakes among threads are looked for.
function(_vefa_threads target)
  if(VEFA_SANITIZE STREQUAL thread)
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/libs/testing/c11_threads.cc)
  endif()
endfunction()

function(_vefa_link target scope)
  foreach(lib ${ARGN})
    if(TARGET ${lib})
      target_link_libraries(${target} ${scope} ${lib})
    else()
      target_link_libraries(${target} ${scope} vefa_${lib})
    endif()
  endforeach()
endfunction()
