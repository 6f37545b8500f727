cp "$FIXTURES"/x86_64-linux/*.a .; for i in 1 2 3 4 5 6 7 8 9; do cp liba.a lib1$i.a; cp libb.a lib2$i.a; done; $ARMELD -n -o w.a *.a | grep -c '%.* lib.*[.]a$'
