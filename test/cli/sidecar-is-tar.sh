cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; tar tf w.a.armeld; tar xOf w.a.armeld manifest.json | head -n 24; tar xOf w.a.armeld contents recipe/1
