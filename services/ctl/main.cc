#include "services/ctl/verbs.h"

int main(int argc, char** argv) { return vefa::ctl::RunCommandLine(argc, argv); }
