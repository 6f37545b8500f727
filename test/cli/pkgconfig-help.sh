$ARMELD pkgconfig --help
