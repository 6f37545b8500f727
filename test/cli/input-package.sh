tar cf x.tar -C "$FIXTURES" x86_64-linux; $ARMELD -d out -o w.a x.tar; echo $?; find . -type f | sort
