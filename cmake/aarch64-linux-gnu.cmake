# Builds on another processor for 64-bit Arm with Linux, with Debian's g++-aarch64-linux-gnu; tests run in QEMU. Which
# processor QEMU plays says its variable QEMU_CPU; left alone it has everything.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
# Nothing of the target's has to be found when the programs start.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
