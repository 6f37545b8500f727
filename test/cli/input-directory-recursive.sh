mkdir -p dir/sub; cp "$FIXTURES"/x86_64-linux/*.a dir; mv dir/libb.a dir/sub; $ARMELD -r -o dir/w.a dir/
