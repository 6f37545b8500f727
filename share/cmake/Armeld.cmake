# SPDX-License-Identifier: MIT
#[[
Meld Rust static libraries when a project is built.

    include(Armeld)
    armeld_meld(WORKSPACE name TARGETS lib... [DIRECTORY dir] [OPTIONS option...])

Each TARGET is an imported static library, as add_library(lib STATIC IMPORTED) or Corrosion makes
them. For each, an imported target lib_melded is made, to be linked in its place; it brings the
workspace along, which is the imported target `name`. The originals are left alone: all is written
to DIRECTORY (CMAKE_CURRENT_BINARY_DIR/name). When one of the originals changes, or what makes it
has run, the set is melded again.

OPTIONS go to armeld(1). The program is found as ARMELD_PROGRAM.
]]

cmake_minimum_required(VERSION 3.17)

find_program(ARMELD_PROGRAM armeld DOC "melds Rust static libraries")

# The file behind an imported library, in the configuration that is built.
function(_armeld_location target out)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
  get_target_property(configs ${target} IMPORTED_CONFIGURATIONS)
  set(properties)
  if(config)
    list(APPEND properties IMPORTED_LOCATION_${config})
  endif()
  list(APPEND properties IMPORTED_LOCATION)
  if(configs)
    foreach(other IN LISTS configs)
      list(APPEND properties IMPORTED_LOCATION_${other})
    endforeach()
  endif()
  foreach(property IN LISTS properties)
    get_target_property(location ${target} ${property})
    if(location)
      set(${out} "${location}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "armeld_meld: ${target} has no IMPORTED_LOCATION: is it an imported static library?")
endfunction()

function(armeld_meld)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "WORKSPACE;DIRECTORY" "TARGETS;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "armeld_meld: what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT arg_WORKSPACE OR NOT arg_TARGETS)
    message(FATAL_ERROR "armeld_meld: WORKSPACE and TARGETS must be given")
  endif()
  if(NOT ARMELD_PROGRAM)
    message(FATAL_ERROR "armeld_meld: armeld was not found; set ARMELD_PROGRAM")
  endif()
  if(NOT arg_DIRECTORY)
    set(arg_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${arg_WORKSPACE}")
  endif()
  set(workspace
      "${arg_DIRECTORY}/${CMAKE_STATIC_LIBRARY_PREFIX}${arg_WORKSPACE}${CMAKE_STATIC_LIBRARY_SUFFIX}")

  set(originals)
  set(melded)
  foreach(target IN LISTS arg_TARGETS)
    _armeld_location(${target} location)
    get_filename_component(name "${location}" NAME)
    list(APPEND originals "${location}")
    list(APPEND melded "${arg_DIRECTORY}/${name}")
  endforeach()

  file(MAKE_DIRECTORY "${arg_DIRECTORY}")
  add_custom_command(
    OUTPUT "${workspace}" ${melded}
    BYPRODUCTS "${workspace}.armeld"
    COMMAND "${ARMELD_PROGRAM}" -q ${arg_OPTIONS} -d "${arg_DIRECTORY}" -o "${workspace}" ${originals}
    # files that do not change are not touched, but make goes by their times
    COMMAND "${CMAKE_COMMAND}" -E touch "${workspace}" ${melded}
    DEPENDS ${originals} ${arg_TARGETS}
    COMMENT "Melding into ${arg_WORKSPACE}"
    VERBATIM)
  add_custom_target(${arg_WORKSPACE}_meld DEPENDS "${workspace}" ${melded})

  add_library(${arg_WORKSPACE} STATIC IMPORTED GLOBAL)
  set_target_properties(${arg_WORKSPACE} PROPERTIES IMPORTED_LOCATION "${workspace}")
  add_dependencies(${arg_WORKSPACE} ${arg_WORKSPACE}_meld)
  foreach(target file IN ZIP_LISTS arg_TARGETS melded)
    add_library(${target}_melded STATIC IMPORTED GLOBAL)
    add_dependencies(${target}_melded ${arg_WORKSPACE}_meld)
    get_target_property(needs ${target} INTERFACE_LINK_LIBRARIES)
    if(NOT needs)
      set(needs)
    endif()
    # the workspace before the system's libraries, behind all melded ones
    set_target_properties(${target}_melded PROPERTIES
      IMPORTED_LOCATION "${file}"
      INTERFACE_LINK_LIBRARIES "${arg_WORKSPACE}")
    set_property(TARGET ${arg_WORKSPACE} APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${needs})
    get_target_property(includes ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(includes)
      set_target_properties(${target}_melded PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${includes}")
    endif()
  endforeach()
endfunction()
