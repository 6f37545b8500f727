cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -q -o w.a lib*.a; : >w.a.armeld; for v in verify restore; do $ARMELD $v w.a; echo $?; done; $ARMELD -o w.a lib*.a
