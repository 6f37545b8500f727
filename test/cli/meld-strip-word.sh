cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD -o w.a --strip=debgu lib?.a; $ARMELD -o w.a --strip=debug, lib?.a
