cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD --json -n -o w.a --strip=all lib?.a | sed -n '/removed/,/}/p'
