mkdir real; cp "$FIXTURES"/x86_64-linux/*.a .; : >real/w.a; ln -s real/w.a w.a; $ARMELD -q -o w.a lib*.a; find . -type l | sort; head -n 1 real/w.a
