cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -d new -o new/w.a lib*.a; printf "!<arch>\n" >new/w.a; $ARMELD verify --mangled --against lib*.a -- new/lib*.a new/w.a | sort | head -n 6
