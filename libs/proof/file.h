#pragma once

#include <istream>
#include <string>

#include "libs/proof/checker.h"

namespace vefa::proof {

// The longest line of a file that is read, in bytes: digests of some thousand lines stand in one.
inline constexpr size_t kFileLineMax = 4 << 20;

// Reads a proof as ExportConsentProof writes it, one JSON object a line, in the JSON mapping of
// vefa.contact.v1.ExportConsentProofResponse, and gives each record to the checker, and End. A line that cannot be read is a
// problem like others. Needs nothing but the file.
void CheckFile(std::istream& file, Checker& checker);

// A public key as people keep it: 64 hexadecimal digits, or base64 of either alphabet; spaces around it do not matter.
// INVALID_ARGUMENT `KEY_SYNTAX`.
Result<std::string> ReadPublicKey(const std::string& text);

}  // namespace vefa::proof
