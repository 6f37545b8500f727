$ARMELD pkgconfig --la
