-- Run once by the cluster's administrator: the vault's database and the two roles beside the owner.
-- Set their passwords afterwards (\password study_app).
CREATE DATABASE vault;
CREATE ROLE study_app LOGIN;
CREATE ROLE study_auditor LOGIN;
