#pragma once

#include <nlohmann/json.hpp>

#include "libs/catalog/contract.h"

namespace vefa::catalog {

using Json = nlohmann::ordered_json;

// The catalogue that the console shows and `GET /v1/catalog` answers: streams, kinds, the fields of every message
// they are made of with comment and privacy, enums, and an example of each kind as JSON and as bytes.
Json CatalogDocument(const Contract& contract);

// The AsyncAPI 3.0 document of every topic: channels with Kafka bindings, messages with CloudEvents
// headers, payloads as JSON Schema of the protobuf JSON mapping, examples.
Json AsyncApiDocument(const Contract& contract, const std::string& version);

// Every message of ours and of google's that a message reaches, itself first.
std::vector<const google::protobuf::Descriptor*> Reached(const std::vector<const google::protobuf::Descriptor*>& roots);

// The proto type of a field as one writes it: `string`, `repeated vefa.event.v1.PiiBox`, `map<string, int64>`.
std::string TypeName(const google::protobuf::FieldDescriptor* field);

}  // namespace vefa::catalog
