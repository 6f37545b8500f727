mkdir -p dir/sub; cp "$FIXTURES"/x86_64-linux/*.a dir; mv dir/libb.a dir/sub; $ARMELD -r -d out -o w.a dir; find . -type f | sort
