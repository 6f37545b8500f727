cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; tar tf w.a.armeld; tar xOf w.a.armeld manifest.json | tr ',' '\n' | head -n 12
