# SPDX-License-Identifier: EUPL-1.2
# Warnings and hardening, for every target; each flag where a probe finds it.
include(CheckCCompilerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

set(BIOAGENT_COMPILE_FLAGS
  -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Wformat=2 -Wmissing-prototypes -Wpointer-arith
  -fstack-protector-strong -fno-strict-overflow -fvisibility=hidden)

function(bioagent_probe_flag flag)
  string(MAKE_C_IDENTIFIER "HAVE${flag}" variable)
  set(CMAKE_REQUIRED_FLAGS "-Werror")
  check_c_compiler_flag("${flag}" ${variable})
  if(${variable})
    set(BIOAGENT_COMPILE_FLAGS ${BIOAGENT_COMPILE_FLAGS} ${flag} PARENT_SCOPE)
  endif()
endfunction()

bioagent_probe_flag(-fstack-clash-protection)
bioagent_probe_flag(-fcf-protection)
bioagent_probe_flag(-ftrivial-auto-var-init=zero)

function(bioagent_harden target)
  target_compile_options(${target} PRIVATE ${BIOAGENT_COMPILE_FLAGS})
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
  target_link_options(${target} PRIVATE LINKER:-z,relro,-z,now,-z,noexecstack,--as-needed)
  if(BIOAGENT_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${BIOAGENT_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=undefined)
    target_link_options(${target} PRIVATE -fsanitize=${BIOAGENT_SANITIZE})
  elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    target_compile_options(${target} PRIVATE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
  if(BIOAGENT_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
endfunction()
