-- Calls that did not pass are found without reading all that did.
CREATE INDEX decision_refused ON decision (application_id, id) WHERE verdict <> 'valid';
CREATE INDEX decision_refused_by_key ON decision (application_id, key_id, id) WHERE verdict <> 'valid';
