# Hostile input: every reader under libFuzzer where clang is (LIND_FUZZ=ON), and its kept inputs again with any compiler.
file(GLOB readers CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/read*.c)
set(names yaml protocol cohort expression unit model csv events report run_directory segment shapes command)

add_library(lind_fuzz_readers OBJECT ${readers})
target_link_libraries(lind_fuzz_readers PRIVATE lind_app)
target_include_directories(lind_fuzz_readers PRIVATE ${CMAKE_SOURCE_DIR}/src)

add_executable(lind-replay ${CMAKE_CURRENT_LIST_DIR}/replay.c)
target_link_libraries(lind-replay PRIVATE lind_fuzz_readers lind_app)
set_target_properties(lind-replay PROPERTIES ENABLE_EXPORTS ON)
foreach(name ${names})
  add_test(NAME fuzz.replay.${name} COMMAND lind-replay ${name} ${CMAKE_CURRENT_LIST_DIR}/corpus/${name})
  set_tests_properties(fuzz.replay.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
endforeach()

if(LIND_FUZZ)
  add_executable(lind-fuzz ${CMAKE_CURRENT_LIST_DIR}/fuzz.c)
  target_link_libraries(lind-fuzz PRIVATE lind_fuzz_readers lind_app)
  target_link_options(lind-fuzz PRIVATE -fsanitize=fuzzer)
  set_target_properties(lind-fuzz PROPERTIES ENABLE_EXPORTS ON)
  # Readers of one text alone, with what they need and no more of the program: seconds to build
  pkg_check_modules(GSL REQUIRED IMPORTED_TARGET gsl)
  file(GLOB texts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/expression/*.c ${CMAKE_SOURCE_DIR}/src/numerics/draw*.c
    ${CMAKE_SOURCE_DIR}/src/numerics/invert.c)
  add_executable(lind-fuzz-text ${CMAKE_CURRENT_LIST_DIR}/fuzz.c ${CMAKE_CURRENT_LIST_DIR}/reader.c ${CMAKE_CURRENT_LIST_DIR}/read_text.c ${texts})
  target_compile_definitions(lind-fuzz-text PRIVATE LIND_FUZZ_TEXT)
  target_include_directories(lind-fuzz-text PRIVATE ${CMAKE_SOURCE_DIR}/src ${RANDOM123_INCLUDE})
  target_link_libraries(lind-fuzz-text PRIVATE lind_base ${SLEEF_LIBRARY} PkgConfig::GSL m)
  target_link_options(lind-fuzz-text PRIVATE -fsanitize=fuzzer)
  return()
endif()
# In CI two seconds a reader of texts, because all readers take a minute and more to build with a second compiler; at night five
# minutes of every reader.
add_test(NAME fuzz.short COMMAND ${CMAKE_SOURCE_DIR}/scripts/fuzz ${CMAKE_BINARY_DIR}/fuzz 2 yaml expression unit csv)
add_test(NAME fuzz.long COMMAND ${CMAKE_SOURCE_DIR}/scripts/fuzz ${CMAKE_BINARY_DIR}/fuzz 300)
set_tests_properties(fuzz.short fuzz.long PROPERTIES SKIP_RETURN_CODE 77 RUN_SERIAL ON)
set_tests_properties(fuzz.short PROPERTIES LABELS fuzz TIMEOUT 600)
set_tests_properties(fuzz.long PROPERTIES LABELS "fuzz;nightly" TIMEOUT 14400)
# Harmful protocols through the whole program, files that are too large; the checkers of memory.
find_package(Python3 COMPONENTS Interpreter)
if(TARGET lind AND Python3_FOUND)
  add_test(NAME fuzz.program COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/program.py $<TARGET_FILE:lind> ${CMAKE_SOURCE_DIR}/tests/app/good)
  add_test(NAME fuzz.limits COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/limits.py $<TARGET_FILE:lind>)
  set_tests_properties(fuzz.program fuzz.limits PROPERTIES LABELS fuzz TIMEOUT 300)
endif()
foreach(mode address leak memcheck) # thread: tests/sanitizers/thread.cmake
  add_test(NAME sanitize.${mode} COMMAND ${CMAKE_SOURCE_DIR}/scripts/sanitize ${mode})
  set_tests_properties(sanitize.${mode} PROPERTIES LABELS nightly SKIP_RETURN_CODE 77 RUN_SERIAL ON TIMEOUT 7200)
endforeach()
