"""Every committed render against the schemas of Kubernetes itself, where an unknown field is an error; and the values."""
import copy
import glob
import json
import os
import unittest

import jsonschema
import objects

SCHEMAS = os.path.join(os.environ.get("VEFA_DEPS", os.path.join(objects.ROOT, ".vefa/deps")), "schemas")
# The oldest that the chart says it runs on, and the newest there is a schema of.
VERSIONS = ("v1.30.0", "v1.37.0")


class Schemas:
    """Of one version of Kubernetes."""

    def __init__(self, version):
        self.folder = os.path.join(SCHEMAS, version)
        self.definitions = self.read("_definitions.json")
        self.known = {}

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return json.load(file)

    def mistakes(self, one):
        group, _, version = one["apiVersion"].rpartition("/")
        words = [one["kind"].lower(), *([group.split(".")[0]] if group else []), version]
        name = "-".join(words) + ".json"
        if name not in self.known:
            schema = self.read(name)
            # References name the one file of definitions, by its id; nothing is looked up elsewhere.
            resolver = jsonschema.RefResolver(schema["$id"], schema, store={self.definitions["$id"]: self.definitions})
            self.known[name] = jsonschema.Draft202012Validator(schema, resolver=resolver)
        return [f"{objects.name_of(one)}: {'.'.join(map(str, error.path))}: {error.message[:200]}"
                for error in self.known[name].iter_errors(one)]


class SchemaTest(unittest.TestCase):
    def test_renders_are_what_kubernetes_takes(self):
        for version in VERSIONS:
            schemas = Schemas(version)
            for render, all_of_it in objects.renders().items():
                self.assertGreater(len(all_of_it), 10, render)
                for one in all_of_it:
                    self.assertEqual(schemas.mistakes(one), [], f"{render}, Kubernetes {version}")

    def test_an_unknown_field_and_a_wrong_type_are_refused(self):
        schemas = Schemas(VERSIONS[-1])
        good = objects.of_kind(objects.renders()["helm/rendered/plain.yaml"], "Deployment")[0]
        self.assertEqual(schemas.mistakes(good), [])
        for change in ({"replicaz": 2}, {"replicas": "two"}):
            bad = copy.deepcopy(good)
            bad["spec"].update(change)
            self.assertEqual(len(schemas.mistakes(bad)), 1, change)

    def test_values_have_a_schema(self):
        with open(os.path.join(objects.CHART, "values.schema.json"), encoding="utf-8") as file:
            schema = jsonschema.Draft7Validator(json.load(file))
        defaults = objects.read(os.path.join(objects.CHART, "values.yaml"))[0]
        for path in glob.glob(os.path.join(objects.HELM, "cases/*.yaml")):
            self.assertEqual([error.message for error in schema.iter_errors(objects.read(path)[0])], [], path)
        self.assertEqual([error.message for error in schema.iter_errors(defaults)], [])
        self.every_value_is_known(defaults, schema.schema, schema.schema["definitions"], "values")
        for wrong in ({"replicas": 2}, {"defaults": {"replicas": -1}}, {"drain": {"noticeMs": 0}},
                      {"kafka": {"brokers": "kafka"}}, {"services": {"contact": {"settings": {"WORKERS": 1}}}}):
            self.assertFalse(schema.is_valid(wrong), wrong)

    def every_value_is_known(self, value, schema, definitions, path):
        """The defaults and the schema name the same keys: neither knows one that the other does not."""
        if "$ref" in schema:
            schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
        if "properties" not in schema or not isinstance(value, dict):
            return
        for key, inner in value.items():
            self.assertIn(key, schema["properties"], path)
            self.every_value_is_known(inner, schema["properties"][key], definitions, f"{path}.{key}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
