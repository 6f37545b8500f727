cp "$FIXTURES"/x86_64-linux/*.a .; mkdir pc; for l in a b c; do printf "Name: $l\nDescription: d\nVersion: 1\nRequires: zlib\nLibs: -l$l\n" >pc/$l.pc; done; $ARMELD pkgconfig --la liba.a
