# SPDX-License-Identifier: EUPL-1.2
# The build id keeps programs of two builds from talking past each other: the version, and a hash of the sources that make up
# the wire and the check ABI. It depends on these files alone, so that two builds of the same sources agree.
function(bioagent_build_definitions room)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/agent/wire/*.[ch] ${CMAKE_SOURCE_DIR}/include/bioagent/*.h)
  list(APPEND sources ${CMAKE_SOURCE_DIR}/lib/base/json.c)
  list(SORT sources)
  set(hashes "")
  foreach(source ${sources})
    file(SHA256 ${source} hash)
    string(APPEND hashes ${hash})
  endforeach()
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
  string(SHA256 hash "${hashes}")
  string(SUBSTRING ${hash} 0 16 hash)
  target_compile_definitions(${room} PRIVATE BIOAGENT_BUILD="${PROJECT_VERSION}+${hash}")
endfunction()
