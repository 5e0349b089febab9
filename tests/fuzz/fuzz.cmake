# Hostile input: every reader under libFuzzer where clang is (LIND_FUZZ=ON), and its kept inputs again with any compiler.
file(GLOB readers CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/read*.c)
set(names yaml protocol cohort expression unit model csv events report run_directory segment results shapes command)

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
  return()
endif()
