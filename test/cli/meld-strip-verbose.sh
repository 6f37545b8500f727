cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD -v -n -o w.a --strip=all lib?.a | tail -n 12
