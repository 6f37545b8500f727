cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD --json --no-proof -o w.a lib*.a | sed -n '/proof/,$p'
