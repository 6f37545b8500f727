cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; rm w.a.armeld; mkdir w.a.armeld; $ARMELD verify w.a; echo $?; $ARMELD -o w.a lib*.a
