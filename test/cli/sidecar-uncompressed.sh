cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; mkdir s; tar xf w.a.armeld -C s; (cd s; tar cf ../w.a.armeld manifest.json literal/? content/*); $ARMELD verify w.a
