# SPDX-License-Identifier: EUPL-1.2
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd>=252)
pkg_check_modules(AUDIT REQUIRED IMPORTED_TARGET audit)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(CAPNG REQUIRED IMPORTED_TARGET libcap-ng)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
if(BIOAGENT_COLLECTOR)
  pkg_check_modules(EVENT REQUIRED IMPORTED_TARGET libevent libevent_openssl libevent_pthreads)
  pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
endif()
if(BIOAGENT_TESTS)
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()

# Where programs find each other, our policies and our state.
set(BIOAGENT_LIBEXECDIR libexec/bioagent CACHE STRING "Programs that are not called by hand, below the prefix")
set(BIOAGENT_DATADIR share/bioagent CACHE STRING "Policies, below the prefix")
set(BIOAGENT_SYSCONFDIR /etc/bioagent CACHE PATH "Configuration")
set(BIOAGENT_STATEDIR /var/lib/bioagent CACHE PATH "State")
set(BIOAGENT_RUNTIMEDIR /run/bioagent CACHE PATH "Sockets")

# The same for C: each program names its version, and where things lie when it cannot tell from where it lies itself.
add_compile_definitions(
  BIOAGENT_VERSION="${PROJECT_VERSION}"
  BIOAGENT_PREFIX="${CMAKE_INSTALL_PREFIX}"
  BIOAGENT_BINDIR="${CMAKE_INSTALL_BINDIR}"
  BIOAGENT_LIBEXECDIR="${BIOAGENT_LIBEXECDIR}"
  BIOAGENT_DATADIR="${BIOAGENT_DATADIR}"
  BIOAGENT_SYSCONFDIR="${BIOAGENT_SYSCONFDIR}"
  BIOAGENT_STATEDIR="${BIOAGENT_STATEDIR}"
  BIOAGENT_RUNTIMEDIR="${BIOAGENT_RUNTIMEDIR}")

# Units and programs name their paths: another prefix at installation would leave them pointing to nothing.
install(CODE "
  if(NOT CMAKE_INSTALL_PREFIX STREQUAL \"${CMAKE_INSTALL_PREFIX}\")
    message(FATAL_ERROR \"configured for ${CMAKE_INSTALL_PREFIX}, not for \${CMAKE_INSTALL_PREFIX}: configure with -DCMAKE_INSTALL_PREFIX\")
  endif()")
