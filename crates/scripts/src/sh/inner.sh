set -u
# mutant: the caller's umask stays
umask 022
