tar cf x.tar -C "$FIXTURES" x86_64-linux; $ARMELD -d out -o out/w.a x.tar; find . -type f | sort
