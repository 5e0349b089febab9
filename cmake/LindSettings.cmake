# Compiler settings that results depend on: no fast-math, no contraction, one ISA floor.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()
option(LIND_SANITIZE "Address and undefined-behaviour sanitizers" OFF)
option(LIND_FUZZ "Fuzzed readers (tests/fuzz); needs clang with its libFuzzer" OFF)
option(LIND_WERROR "Warnings are errors" ON)

add_library(lind_settings INTERFACE)
target_include_directories(lind_settings INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_definitions(lind_settings INTERFACE _GNU_SOURCE)
target_compile_options(lind_settings INTERFACE
  -march=x86-64-v3 -mtune=generic -ffp-contract=off -fno-math-errno -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-maybe-uninitialized # outputs stay untouched on failure, which gcc cannot follow through LIND_TRY
  $<$<BOOL:${LIND_WERROR}>:-Werror>)
if(LIND_FUZZ)
  target_compile_options(lind_settings INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -g1
    -fno-sanitize-recover=undefined -Wno-error -Wno-unknown-warning-option)
  target_link_options(lind_settings INTERFACE -fsanitize=address,undefined)
elseif(LIND_SANITIZE)
  target_compile_options(lind_settings INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(lind_settings INTERFACE -fsanitize=address,undefined)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g")
find_package(PkgConfig REQUIRED)
