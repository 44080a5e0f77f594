#pragma once

#include <string>

namespace vefa::bench {

// Writes a good proof of so many entries, with their openings and an anchor every 10,000, as ExportConsentProof would.
void WriteProof(const std::string& path, int entries);

// Seconds that reading and checking the file takes; ends the program when something is wrong with it.
double CheckProof(const std::string& path, int entries);

}  // namespace vefa::bench
