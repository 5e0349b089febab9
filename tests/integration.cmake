# Tests that need more than one program or one process.
include(${CMAKE_CURRENT_SOURCE_DIR}/parallel/ranks.cmake)
