$ARMELD --version | sed 's/[0-9][0-9.]*[0-9]/N/g; s/: [a-z]* N.*/: X/2; s/^compiler: .*/compiler: X/; s/^demangler: .*/demangler: X/'
