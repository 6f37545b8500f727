mkdir dir; cp "$FIXTURES"/x86_64-linux/*.a dir; $ARMELD -o w.a dir///
