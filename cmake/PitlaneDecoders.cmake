# Libraries that decode pictures, as the imported targets pitlane_png and pitlane_jpeg where there are any. Static ones are
# preferred, so that pitlane-run needs no file beside it. Read by the build and by the installed package.
find_path(PITLANE_PNG_INCLUDE_DIR png.h)
find_library(PITLANE_PNG_LIBRARY NAMES libpng16.a libpng.a png16 png)
find_library(PITLANE_ZLIB_LIBRARY NAMES libz.a z)
find_path(PITLANE_JPEG_INCLUDE_DIR jpeglib.h)
find_library(PITLANE_JPEG_LIBRARY NAMES libjpeg.a jpeg)
mark_as_advanced(PITLANE_PNG_INCLUDE_DIR PITLANE_PNG_LIBRARY PITLANE_ZLIB_LIBRARY PITLANE_JPEG_INCLUDE_DIR
                 PITLANE_JPEG_LIBRARY)

if(PITLANE_PNG_INCLUDE_DIR AND PITLANE_PNG_LIBRARY AND PITLANE_ZLIB_LIBRARY AND NOT TARGET pitlane_png)
  add_library(pitlane_png INTERFACE IMPORTED GLOBAL)
  target_include_directories(pitlane_png INTERFACE ${PITLANE_PNG_INCLUDE_DIR})
  target_link_libraries(pitlane_png INTERFACE ${PITLANE_PNG_LIBRARY} ${PITLANE_ZLIB_LIBRARY})
endif()
if(PITLANE_JPEG_INCLUDE_DIR AND PITLANE_JPEG_LIBRARY AND NOT TARGET pitlane_jpeg)
  add_library(pitlane_jpeg INTERFACE IMPORTED GLOBAL)
  target_include_directories(pitlane_jpeg INTERFACE ${PITLANE_JPEG_INCLUDE_DIR})
  target_link_libraries(pitlane_jpeg INTERFACE ${PITLANE_JPEG_LIBRARY})
endif()
