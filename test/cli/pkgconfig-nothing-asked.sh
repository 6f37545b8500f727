$ARMELD pkgconfig w.a
