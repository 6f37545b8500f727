$ARMELD inspect -n 1 --html r.html "$FIXTURES"/x86_64-linux "$FIXTURES"/x86_64-apple | tail -n 2; grep -c "<svg" r.html; grep -o "<li><b>.*</b>.*</li>" r.html
