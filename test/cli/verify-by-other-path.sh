cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; mkdir d; cd d; $ARMELD verify ../w.a; ln -s ../w.a link.a; $ARMELD verify link.a
