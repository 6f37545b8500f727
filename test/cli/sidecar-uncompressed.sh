cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; mkdir s; tar xf w.a.armeld -C s; tar tf w.a.armeld >order; (cd s; tar cf ../w.a.armeld $(cat ../order)); $ARMELD verify w.a
