function r = tt_load(path)
%TT_LOAD  Results of temtensile: a results folder or its results.mat.
%   R = TT_LOAD(PATH) reads PATH, a folder that `temtensile analyze` left or a
%   results.mat, into a struct:
%
%     R.curve       one column vector per column of curve.csv, one row per frame:
%                   frame (from 0), time_s and log_time_s (s), displacement_nm
%                   (nm), force_raw_uN, force_spring_uN, force_uN (uN),
%                   gauge_length_px (px), strain and true_strain (1), stress_GPa
%                   and true_stress_GPa (GPa), u_strain, u_stress_GPa (standard
%                   uncertainties), zncc (1); flag is a cell of text
%     R.summary     all of summary.json, for example
%                   R.summary.properties.youngs_modulus_GPa.value (GPa) and .u
%     R.units       the units of both, in structs of the same shape
%     R.ends        x_px, y_px: frames x 2, the gauge's two ends (px from 0)
%     R.subsets     x_px, y_px: subsets x frames, centres of all subsets (px from
%                   0); x0_px, y0_px as laid; part: 'from', 'to' or 'along'
%     R.width       frame, time_s, position_px (px along the axis, first frame),
%                   w0_px (px), ratio = w/w0 (1): frames x places
%     R.strain_map  frame, time_s, position_px, strain (1): frames x places
%     R.folder      where it was read from
%
%   A missing value is NaN. ends, subsets, width and strain_map come from
%   results.mat, which an analysis with --only curve does not leave.
%
%   Example
%     r = tt_load('results/film-5pa');
%     fprintf('E = %.1f GPa\n', r.summary.properties.youngs_modulus_GPa.value)
%
%   See also TT_ANALYZE, TT_PLOT_CURVE, TT_COMPARE.

% SPDX-License-Identifier: GPL-3.0-or-later
if ~ischar(path)
    tt_fail('load', 'TT_LOAD needs the name of a folder or of a results.mat, found a %s', class(path));
end
if exist(path, 'dir')
    r = load_folder(path);
elseif exist(path, 'file')
    r = load_mat(path);
    r.folder = fileparts(path);
else
    tt_fail('file', '''%s'': there is no such folder or file', path);
end
end

function r = load_mat(file)
try
    r = load(file, '-mat');
catch problem
    tt_fail('load', '%s is no MAT file that can be read here: %s', file, problem.message);
end
if ~isfield(r, 'curve') || ~isfield(r, 'summary')
    tt_fail('load', '%s holds no results of temtensile (there is no curve and summary in it)', file);
end
end

function r = load_folder(folder)
summary = fullfile(folder, 'summary.json');
if ~exist(summary, 'file')
    tt_fail('load', '%s holds no finished results: there is no summary.json in it', folder);
end
mat = fullfile(folder, 'results.mat');
if exist(mat, 'file')
    r = load_mat(mat);
else
    r.curve = tt_read_csv(fullfile(folder, 'curve.csv'));
    r.summary = tt_read_json(summary);
    r.units = struct('curve', tt_units_of(r.curve), 'summary', tt_units_of(r.summary));
end
r.folder = folder;
end
