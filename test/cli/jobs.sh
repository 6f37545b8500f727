for j in 1 2 7; do mkdir $j; cp "$FIXTURES"/x86_64-linux/*.a $j; (cd $j; $ARMELD -j $j -o w.a lib*.a >table); done; diff -r 1 2 && diff -r 1 7
