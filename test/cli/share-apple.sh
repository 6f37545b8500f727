cp "$FIXTURES"/aarch64-apple/*.a .; $ARMELD -q -o libw.a lib?.a; $ARMELD share -q -d out libw.a; cat out/libw.exports out/link-libw.sh
