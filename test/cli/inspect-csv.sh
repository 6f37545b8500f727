$ARMELD inspect --csv --by reason "$FIXTURES"/x86_64-msvc
